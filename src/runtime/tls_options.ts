import type tls from "node:tls";

/**
 * How a connection that is made is encrypted: the options of `tls.connect` of `node:tls`. `ca` says
 * whose certificates are believed; `cert` and `key` are one's own, where the other side asks for
 * one.
 */
export type ConnectTls = tls.ConnectionOptions;

/**
 * How the connections are encrypted that are accepted: the options of `tls.createServer` of
 * `node:tls`. `cert` and `key` are its own; with `requestCert`, `rejectUnauthorized` and `ca` those
 * who connect need a certificate, too.
 */
export type ListenTls = tls.TlsOptions;
