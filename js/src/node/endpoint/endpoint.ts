/** The endpoint: a KMS over HTTP on this machine. */

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Authenticator } from "./authenticate.ts";
import { signatures } from "./credentials.ts";
import { isLoopbackAddress, isLoopbackName } from "./guard.ts";
import { HttpServer, type Limits } from "./http.ts";
import { type EndpointKms, Service, type ServiceOptions } from "./service.ts";

export const DEFAULT_PORT = 4599;

export interface EndpointOptions extends ServiceOptions, Limits {
  /** Default: 4599. 0 takes one that is free. */
  readonly port?: number;
  /**
   * The address or name to listen at. Default: `localhost`, which is 127.0.0.1 and, where the system has it, ::1, both
   * at one port. Anything but loopback needs credentials.
   */
  readonly host?: string;
}

export interface Address {
  readonly host: string;
  readonly port: number;
  /** `http://127.0.0.1:4599`, without a slash at the end. */
  readonly url: string;
}

export interface Endpoint {
  /** Where it listens, from `listen` to `close`. */
  readonly address: Address | undefined;
  /** Rejects with an {@link EndpointError}. */
  listen(): Promise<Address>;
  /**
   * Stops listening and ends what is idle; what is under way is answered, for at most `grace` milliseconds (10,000).
   * The KMS stays open.
   */
  close(grace?: number): Promise<void>;
}

export type EndpointErrorName = "PortInUseError" | "CannotListenError" | "NoCredentialsError";

/** Why it does not listen. */
export class EndpointError extends Error {
  constructor(name: EndpointErrorName, message: string) {
    super(message);
    this.name = name;
  }
}

/** An endpoint over a KMS that somebody else opens and closes. */
export function createEndpoint(kms: EndpointKms, options: EndpointOptions = {}): Endpoint {
  return new LocalEndpoint(kms, options);
}

/** How often a free port is asked for that both of loopback's addresses have free. */
const ATTEMPTS = 20;
/** Milliseconds. */
const GRACE = 10_000;

class LocalEndpoint implements Endpoint {
  readonly #options: EndpointOptions;
  readonly #authenticator: Authenticator;
  readonly #service: Service;
  #servers: HttpServer[] = [];
  #address: Address | undefined;
  #closing: Promise<void> | undefined;

  constructor(kms: EndpointKms, options: EndpointOptions) {
    const { host } = options;
    const allowedHosts = [...(options.allowedHosts ?? []), ...(host === undefined ? [] : [host])];
    this.#options = options;
    this.#authenticator = options.authenticator ?? signatures(kms);
    const authenticator = this.#authenticator;
    this.#service = new Service(kms, { ...options, authenticator, allowedHosts });
  }

  get address(): Address | undefined {
    return this.#address;
  }

  async listen(): Promise<Address> {
    if (this.#address) return this.#address;
    const { host = "localhost", port = DEFAULT_PORT } = this.#options;
    if (!isLoopback(host) && !(await this.#authenticator.hasCredentials())) {
      throw new EndpointError(
        "NoCredentialsError",
        `No credentials have been made, so anybody who reaches ${host} would be the account's root: without them the endpoint listens on loopback only.`,
      );
    }
    const bound =
      host === "localhost" ? await this.#listenOnBoth(port) : await this.#on(host, port);
    const shown = bound.family === "IPv6" ? `[${bound.address}]` : bound.address;
    const url = `http://${shown}:${bound.port}`;
    this.#address = { host: bound.address, port: bound.port, url };
    return this.#address;
  }

  close(grace: number = GRACE): Promise<void> {
    this.#closing ??= this.#close(grace);
    return this.#closing;
  }

  /** `localhost` means ::1 first to many clients, and another program's there would be asked in our place. */
  async #listenOnBoth(port: number): Promise<AddressInfo> {
    for (let attempt = 1; ; attempt++) {
      const bound = await this.#on("127.0.0.1", port);
      try {
        await this.#on("::1", bound.port);
        return bound;
      } catch (thrown) {
        if (!(thrown instanceof EndpointError)) throw thrown;
        // A system without IPv6 has nobody at ::1 either.
        if (thrown.name === "CannotListenError") return bound;
        await this.#dropServers();
        if (port !== 0 || attempt === ATTEMPTS) throw thrown;
      }
    }
  }

  #on(host: string, port: number): Promise<AddressInfo> {
    const http = new HttpServer(this.#service, this.#options);
    return new Promise((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port));
      http.server.once("error", failed);
      http.server.listen({ host, port, backlog: BACKLOG }, () => {
        http.server.off("error", failed);
        // A connection that could not be accepted, for want of file handles: the next one may be.
        http.server.on("error", () => {});
        this.#servers.push(http);
        resolve(http.server.address() as AddressInfo);
      });
    });
  }

  async #close(grace: number): Promise<void> {
    const closing = this.#servers.map(({ server }) => closed(server));
    const stop = () => {
      for (const http of this.#servers) http.stop();
    };
    stop();
    const idle = setInterval(stop, 50);
    const enough = setTimeout(() => {
      for (const http of this.#servers) http.cut();
    }, grace);
    await Promise.all(closing);
    clearInterval(idle);
    clearTimeout(enough);
    this.#address = undefined;
  }

  async #dropServers(): Promise<void> {
    const dropped = this.#servers;
    this.#servers = [];
    await Promise.all(dropped.map(({ server }) => closed(server)));
  }
}

/** Connections that wait to be accepted; the system may have a lower limit. */
const BACKLOG = 4096;

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return isLoopbackName(name) || isLoopbackAddress(name);
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): EndpointError {
  if (error.code === "EADDRINUSE") {
    const message = `Port ${port} of ${host} is taken: another tabkms, or another program, listens there.`;
    return new EndpointError("PortInUseError", message);
  }
  const why = REASONS[error.code ?? ""] ?? error.message;
  return new EndpointError(
    "CannotListenError",
    `Cannot listen on port ${port} of ${host}: ${why}.`,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "this user may not",
  EADDRNOTAVAIL: "this machine does not have that address",
  ENOTFOUND: "there is no such name",
};
