/// The rules of the house, as tests: they read the sources and the class files of all modules, and run none of them.
///
/// | test               | holds                                                                      |
/// |--------------------|----------------------------------------------------------------------------|
/// | [ArchitectureTest] | who may use whom, which library enters which module, calls that are banned   |
/// | [SurfaceTest]      | every public type stands in `surface.txt`, so that a new one shows in review |
/// | [FormatTest]       | one format for all Java files                                              |
/// | [TidyTest]         | length of files and comments, a page for each package, nothing left to do    |
/// | [DocumentsTest]    | names and links in documents lead somewhere                                 |
///
/// `-Drewrite` rewrites what a test compares with (the format, the surface); the diff is the review. To change a
/// rule is to change its test, with the reason in the commit.
package io.braid.it.house;
