/// How AWS services speak, without any service: bodies in several encodings, types, constraints and error shapes.
///
/// ## Words
///
/// | word         | meaning                                                                        |
/// |--------------|--------------------------------------------------------------------------------|
/// | [Protocol]   | JSON 1.0 and 1.1, two kinds of CBOR, forms and XML; the answer is in the request's |
/// | [WireReader] | walks a body in place; hot operations use it directly                           |
/// | [WireWriter] | writes an answer into one growing buffer                                        |
/// | [Shape]      | a request's types and constraints, as a table                                   |
/// | [Params]     | a request read through such a table; for operations that are not hot            |
/// | [AwsFault]   | an error answer, thrown where it is found                                       |
/// | [Events]     | an answer that goes on, message by message ([EventStream])                       |
/// | [Caller]     | access key and region as the credential scope names them                        |
///
///     body bytes ──► WireReader ──► Params.read(Shape) ──► Operation ──► WireWriter ──► body bytes
///                         └──────── hot operations ───────────┘
///
/// Everything here belongs to one request and one thread; nothing is shared.
///
/// A malformed body, a wrong type and a violated constraint are [AwsFault]s in this order, as Amazon checks them.
///
/// Not here: signatures (not verified in this release), the REST protocols.
///
/// Public types of this package are for the services in this module only; other modules see `io.braid.aws` alone.
/// Start reading at [Params#read].
package io.braid.aws.wire;
