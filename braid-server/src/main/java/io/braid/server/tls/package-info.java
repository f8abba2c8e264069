/// Who this server says it is: a certificate and its key, in two PEM files, and the TLS that is made of them.
///
/// | type              | what                                                                    |
/// |-------------------|-------------------------------------------------------------------------|
/// | [IdentityFiles]   | where the certificate and the key lie; the one type that others see       |
/// | [Identity]        | what they hold: a chain of certificates, and the key of the first         |
/// | [SelfSigned]      | makes both, for this machine's own names                                 |
/// | [ReloadingKeys]   | what a handshake asks; reads the files again when they have changed       |
/// | [Pem], [Der]      | the two notations in which all of this is written                        |
///
/// ## Threads
///
/// Any. A handshake runs on its connection's thread, and so does the look at the files; there is no thread
/// here.
///
/// ## Failure
///
/// At start a file that cannot be used is an `IOException` that names the file, what was found and what to do.
/// Later it is a warning in the log, and the identity from before goes on being served.
///
/// ## Not here, on purpose
///
/// No certificates of clients, no encrypted keys, no key stores: PEM is what certificate authorities hand out.
package io.braid.server.tls;
