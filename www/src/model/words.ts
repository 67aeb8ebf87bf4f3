/** The seven steps in words. `[[term]]` marks a term that is explained on tap. */

export interface StepWords {
  readonly number: number;
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

export const STEPS: readonly StepWords[] = [
  {
    number: 1,
    name: "Deliver",
    title: "You send the data to S3",
    text: "Your [[plaintext|data]] travels to S3 over HTTPS, and TLS protects it on the way. When it arrives, S3 holds it in the clear. Everything that follows is about the time it spends at rest.",
  },
  {
    number: 2,
    name: "Generate",
    title: "S3 asks KMS for a data key",
    text: "S3 names the [[cmk|CMK]] and the [[context|encryption context]]. Inside the [[hsm|HSM boundary]] KMS makes 256 fresh random bits for this one object and returns them twice: in plaintext, and encrypted under the CMK. KMS keeps neither.",
  },
  {
    number: 3,
    name: "Encrypt, discard",
    title: "S3 encrypts, then forgets the key",
    text: "S3 encrypts the data with the plaintext [[datakey|data key]], then overwrites that key with zeros. From here on only the encrypted copy of the key exists, and only KMS can open it.",
  },
  {
    number: 4,
    name: "Store",
    title: "Data and key are stored together, both closed",
    text: "The encrypted data and the encrypted data key go to storage side by side: that is [[envelope|envelope encryption]]. Whoever copies the disk has both and can read neither. KMS stores no data key; the object carries its own.",
  },
  {
    number: 5,
    name: "Read",
    title: "Later, you ask for the object",
    text: "S3 reads the object from storage: encrypted data, encrypted data key, encryption context. It can open none of it alone.",
  },
  {
    number: 6,
    name: "Ask KMS",
    title: "S3 asks KMS to open the data key",
    text: "S3 sends the encrypted data key and the context, and no key id: the ciphertext itself names the [[material|key material]] that sealed it. KMS checks that the caller may, opens it inside the HSM boundary and returns the data key in plaintext.",
  },
  {
    number: 7,
    name: "Decrypt",
    title: "S3 decrypts, and forgets the key again",
    text: "S3 decrypts the data, and the [[tag|authentication tags]] prove that not one bit has changed. You get your data; the data key is overwritten with zeros a second time.",
  },
];

export const LAST_STEP = STEPS.length;

export interface Term {
  readonly name: string;
  readonly meaning: string;
}

export const TERMS: Readonly<Record<string, Term>> = {
  plaintext: {
    name: "Plaintext",
    meaning:
      "Data that anybody who has it can read, whatever its form: a text, a picture, a key. Encrypted, it becomes ciphertext.",
  },
  cmk: {
    name: "CMK",
    meaning:
      "Customer master key: the key that you manage in KMS and that never leaves it. AWS called it so until 2021; since then its documentation says “KMS key”. It encrypts data keys, and at most 4096 bytes at a time.",
  },
  context: {
    name: "Encryption context",
    meaning:
      "Names and values that are not secret and not stored in the ciphertext, but authenticated with it (additional authenticated data). S3 uses the object's ARN, so that an encrypted key copied to another object does not open there.",
  },
  hsm: {
    name: "HSM boundary",
    meaning:
      "A hardware security module computes with keys that cannot be taken out of it. AWS KMS runs on validated HSMs. Here the wall is a web worker and a CryptoKey that scripts cannot read: it models an HSM boundary and is none.",
  },
  datakey: {
    name: "Data key",
    meaning:
      "A key that encrypts data, not keys: here AES with 256 bits, a fresh one for every object. KMS makes it, and does not store it.",
  },
  envelope: {
    name: "Envelope encryption",
    meaning:
      "Encrypt the data with a data key, and the data key with a master key, and keep both results together. The master key stays in one guarded place, however much data there is.",
  },
  material: {
    name: "Key material",
    meaning:
      "The secret bits behind a CMK. Rotation adds a new version for new ciphertexts; the old ones stay, so that everything encrypted before still opens.",
  },
  frame: {
    name: "Frame",
    meaning:
      "A piece of the message with an authentication tag of its own, so that a file of any size is opened piece by piece, and no piece before its tag fits.",
  },
  message: {
    name: "Encryption SDK message",
    meaning:
      "The open format of the AWS Encryption SDK: a header with the encrypted data keys and the context, then the data in frames. Its libraries for Python, Java, JavaScript, C, .NET, Go and Rust read it.",
  },
  tag: {
    name: "Authentication tag",
    meaning:
      "16 bytes that AES-GCM computes over ciphertext, context and position. If one bit of any of them changes, the tag no longer fits, and nothing is given out.",
  },
};
