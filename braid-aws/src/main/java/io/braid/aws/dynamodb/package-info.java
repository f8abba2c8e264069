/// The part of Amazon DynamoDB that the Kinesis Client Library needs, so that it runs against Braid alone; what that
/// is exactly stands in docs/dynamodb.md.
///
/// ## Words
///
/// | word                                | meaning                                                            |
/// |-------------------------------------|--------------------------------------------------------------------|
/// | [AttributeValue], [Item]            | values in DynamoDB's ten types; what a table holds                  |
/// | [Table], [Key]                      | what a table is; what tells its items apart, in order               |
/// | [Expressions]                       | the parser; legacy parameters become the same ([Legacy])            |
/// | [Condition], [Operand], [Update]    | what it makes: values that decide, and change nothing               |
/// | [Write]                             | one write of one item, parsed and not yet done                      |
/// | [Change]                            | one thing that is different now; what is stored, and replayed       |
/// | [Database]                          | all tables and items in memory                                      |
/// | [Store]                             | the database and the compacted stream it is kept in                 |
///
///     request ──► Expressions ──► Write ──► Store: decide ──► Changes ──► one batch, on disk ──► Database ──► answer
///     request ──► Expressions ──► Order, KeyCondition ──► Database ──► answer
///
/// ## Threads
///
/// Each call runs on its caller's virtual thread. Writes happen one after the other; reads go on beside them.
///
/// ## Failure
///
/// What was answered is on the disk. A write whose batch failed is an InternalFailure, and may or may not be there
/// after the next start. Too large a database is a LimitExceededException ([Limits]).
///
/// ## Not here, on purpose
///
/// No capacity is counted or limited, nothing expires, nothing is backed up, no change streams, no PartiQL. An index
/// is an order, not a copy: a query looks at all items of its table, which is right for leases and wrong for millions.
///
/// Start reading at [DynamoDb], then [Store].
package io.braid.aws.dynamodb;
