// The AWS SDK for JavaScript v3 against Braid: node kinesis.mjs ENDPOINT http1|http2 PREFIX
import assert from "node:assert/strict";
import {
  CreateStreamCommand, DeleteStreamCommand, GetRecordsCommand, GetShardIteratorCommand, KinesisClient,
  ListShardsCommand, PutRecordCommand, PutRecordsCommand, paginateListStreams, waitUntilStreamExists,
  waitUntilStreamNotExists,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";

const [endpoint, transport, StreamName] = process.argv.slice(2);
const client = new KinesisClient({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  maxAttempts: 1,
  // Left alone, this client speaks HTTP/2.
  ...(transport === "http1" ? { requestHandler: new NodeHttpHandler() } : {}),
});
const bytes = (text) => new TextEncoder().encode(text);
const text = (data) => new TextDecoder().decode(data);

await client.send(new CreateStreamCommand({ StreamName, ShardCount: 2, MaxRecordSizeInKiB: 4096 }));
await waitUntilStreamExists({ client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { StreamName });
console.log("created and active");

const names = [];
for await (const page of paginateListStreams({ client }, { Limit: 1 })) names.push(...page.StreamNames);
assert.ok(names.includes(StreamName));
console.log("listed");

const shards = (await client.send(new ListShardsCommand({ StreamName }))).Shards;
console.log(`${shards.length} shards`);

const one = await client.send(new PutRecordCommand({ StreamName, PartitionKey: "one", Data: bytes("first") }));
assert.match(one.SequenceNumber, /^\d{56}$/);
console.log("put one");

const Records = Array.from({ length: 10 }, (_, i) => ({ PartitionKey: "one", Data: bytes(`record ${i}`) }));
const put = await client.send(new PutRecordsCommand({ StreamName, Records }));
assert.equal(put.FailedRecordCount, 0);
assert.ok(put.Records.every((record) => record.ShardId === one.ShardId));
console.log(`put ${put.Records.length}`);

async function get(ShardIteratorType, StartingSequenceNumber, Limit) {
  const { ShardIterator } = await client.send(new GetShardIteratorCommand(
    { StreamName, ShardId: one.ShardId, ShardIteratorType, StartingSequenceNumber }));
  const answer = await client.send(new GetRecordsCommand({ ShardIterator, Limit }));
  console.log(`got ${answer.Records.length} from ${ShardIteratorType}`);
  return answer.Records;
}
const all = await get("TRIM_HORIZON");
assert.deepEqual(all.map((record) => text(record.Data)), ["first", ...Records.map((record) => text(record.Data))]);
assert.deepEqual(all.map((record) => record.PartitionKey), all.map(() => "one"));
assert.deepEqual(all.map((record) => record.SequenceNumber),
  [one.SequenceNumber, ...put.Records.map((record) => record.SequenceNumber)]);
const fifth = await get("AT_SEQUENCE_NUMBER", put.Records[4].SequenceNumber, 1);
assert.equal(text(fifth[0].Data), "record 4");
await get("LATEST");

// An answer that is larger than HTTP/2's windows.
const large = new Uint8Array(3_000_000).fill(7);
await client.send(new PutRecordCommand({ StreamName, PartitionKey: "one", Data: large }));
const last = await get("AFTER_SEQUENCE_NUMBER", put.Records[9].SequenceNumber);
assert.deepEqual(Buffer.from(last[0].Data), Buffer.from(large));

async function refused(command) {
  await assert.rejects(client.send(command), (error) => { console.log(error.name); return true; });
}
await refused(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
await refused(new PutRecordCommand({ StreamName: `${StreamName}-missing`, PartitionKey: "k", Data: bytes("v") }));
await refused(new GetShardIteratorCommand(
  { StreamName, ShardId: one.ShardId, ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: "17" }));

await client.send(new DeleteStreamCommand({ StreamName }));
await waitUntilStreamNotExists({ client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { StreamName });
console.log("deleted");
client.destroy();
