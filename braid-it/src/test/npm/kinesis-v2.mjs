// The AWS SDK for JavaScript v2 against Braid: node kinesis-v2.mjs ENDPOINT STREAM
import assert from "node:assert/strict";
import AWS from "aws-sdk";

const [endpoint, StreamName] = process.argv.slice(2);
const client = new AWS.Kinesis({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  maxRetries: 0,
});

await client.createStream({ StreamName, ShardCount: 2 }).promise();
await client.waitFor("streamExists", { StreamName, $waiter: { delay: 1, maxAttempts: 20 } }).promise();
console.log("created and active");

const names = [];
for (let page = { HasMoreStreams: true }; page.HasMoreStreams;) {
  page = await client.listStreams({ Limit: 1, ExclusiveStartStreamName: names.at(-1) }).promise();
  names.push(...page.StreamNames);
}
assert.ok(names.includes(StreamName));
console.log("listed");

const one = await client.putRecord({ StreamName, PartitionKey: "one", Data: "first" }).promise();
assert.match(one.SequenceNumber, /^\d{56}$/);
const Records = Array.from({ length: 10 }, (_, i) => ({ PartitionKey: "one", Data: `record ${i}` }));
const put = await client.putRecords({ StreamName, Records }).promise();
assert.equal(put.FailedRecordCount, 0);
console.log(`put 1 and ${put.Records.length}`);

async function get(ShardIteratorType, more) {
  const { ShardIterator } = await client.getShardIterator(
    { StreamName, ShardId: one.ShardId, ShardIteratorType, ...more }).promise();
  const answer = await client.getRecords({ ShardIterator }).promise();
  console.log(`got ${answer.Records.length} from ${ShardIteratorType}`);
  return answer.Records;
}
const all = await get("TRIM_HORIZON");
assert.deepEqual(all.map((record) => record.Data.toString()), ["first", ...Records.map((record) => record.Data)]);
assert.ok(all.every((record) => Math.abs(record.ApproximateArrivalTimestamp - Date.now()) < 60_000));
await get("AFTER_SEQUENCE_NUMBER", { StartingSequenceNumber: put.Records[4].SequenceNumber });
await get("AT_TIMESTAMP", { Timestamp: new Date(Date.now() - 60_000) });
await get("LATEST");

async function refused(request) {
  await assert.rejects(request.promise(), (error) => { console.log(`${error.statusCode} ${error.code}`); return true; });
}
await refused(client.createStream({ StreamName, ShardCount: 1 }));
await refused(client.putRecord({ StreamName: `${StreamName}-missing`, PartitionKey: "k", Data: "v" }));

await client.deleteStream({ StreamName }).promise();
await client.waitFor("streamNotExists", { StreamName, $waiter: { delay: 1, maxAttempts: 20 } }).promise();
console.log("deleted");
