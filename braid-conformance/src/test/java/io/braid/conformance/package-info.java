/// Apache Kafka's own integration tests, compiled and published by its project, against Braid.
///
/// # Words
///
/// - *group*: test classes that belong together ([GroupOfTests]), listed in a file.
/// - *exclusion*: a test that need not pass, with the reason ([Exclusions]).
/// - *end*: how a test ended ([Outcomes]).
///
/// ```
///   KafkasTestsTest ── launches ──► Kafka's test classes ── clients 4.3 ──► 127.0.0.1:port
///                                      │                                        │
///                     RaftClusterInvocationContext (ours, before Kafka's)       │
///                                      │                                        │
///                                  BraidCluster ── IsolatedBraid ── starts ──► Braid, Kafka's jars 4.4
/// ```
///
/// Both live in this JVM, in two class loaders. A server lives for one test, with the properties that the test asks for
/// ([ServerProperties]), on free ports of loopback.
///
/// # How it fails
///
/// A test that neither passes nor is excluded fails the build, and so does an excluded one that passes. What each did
/// stands in `target/kafka-tests`.
///
/// Start with [KafkasTestsTest]; to add classes is to add lines to a file of `src/test/resources/groups`.
package io.braid.conformance;
