/** The endpoint for programs of yours, in Node: a test starts one in its own process. */

export type { Authenticated, Authenticator } from "./node/endpoint/authenticate.ts";
export { anyAccessKey } from "./node/endpoint/authenticate.ts";
export type { CredentialStore, GivenCredential } from "./node/endpoint/credentials.ts";
export { signatures } from "./node/endpoint/credentials.ts";
export type {
  Address,
  Endpoint,
  EndpointErrorName,
  EndpointOptions,
} from "./node/endpoint/endpoint.ts";
export { createEndpoint, DEFAULT_PORT, EndpointError } from "./node/endpoint/endpoint.ts";
export type { GuardOptions } from "./node/endpoint/guard.ts";
export type { Limits } from "./node/endpoint/http.ts";
export type { LogEntry, Logger } from "./node/endpoint/log.ts";
export type { Facts, Head, IncomingRequest } from "./node/endpoint/message.ts";
export type { EndpointKms, ServiceOptions } from "./node/endpoint/service.ts";
export { readSeed } from "./node/seed/read.ts";
export type { Seed } from "./node/seed/shape.ts";
export { SeedError } from "./node/seed/shape.ts";
export { type Sown, sow } from "./node/seed/sow.ts";
