/** The endpoint for programs of yours, in Node: a test starts one in its own process. */

export type { Authenticated, Authenticator } from "./authenticate.ts";
export { anyAccessKey } from "./authenticate.ts";
export type { CredentialStore, GivenCredential } from "./credentials.ts";
export { signatures } from "./credentials.ts";
export type { Address, Endpoint, EndpointErrorName, EndpointOptions } from "./endpoint.ts";
export { createEndpoint, DEFAULT_PORT, EndpointError } from "./endpoint.ts";
export type { GuardOptions } from "./guard.ts";
export type { Limits } from "./http.ts";
export type { LogEntry, Logger } from "./log.ts";
export type { Facts, Head, IncomingRequest } from "./message.ts";
export { readSeed } from "./seed/read.ts";
export type { Seed } from "./seed/shape.ts";
export { SeedError } from "./seed/shape.ts";
export { type Sown, sow } from "./seed/sow.ts";
export type { EndpointKms, ServiceOptions } from "./service.ts";
