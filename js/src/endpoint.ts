/** The endpoint for programs of yours, in Node: a test starts one in its own process. */

export type { Authenticated, Authenticator } from "./node/authenticate.ts";
export { anyAccessKey } from "./node/authenticate.ts";
export type { CredentialStore, GivenCredential } from "./node/credentials.ts";
export { signatures } from "./node/credentials.ts";
export type { Address, Endpoint, EndpointErrorName, EndpointOptions } from "./node/endpoint.ts";
export { createEndpoint, DEFAULT_PORT, EndpointError } from "./node/endpoint.ts";
export type { GuardOptions } from "./node/guard.ts";
export type { Limits } from "./node/http.ts";
export type { LogEntry, Logger } from "./node/log.ts";
export type { Facts, Head, IncomingRequest } from "./node/message.ts";
export { readSeed } from "./node/seed/read.ts";
export type { Seed } from "./node/seed/shape.ts";
export { SeedError } from "./node/seed/shape.ts";
export { type Sown, sow } from "./node/seed/sow.ts";
export type { EndpointKms, ServiceOptions } from "./node/service.ts";
