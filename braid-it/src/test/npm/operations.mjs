// All that the newest AWS SDK for JavaScript v3 knows of Kinesis, and what came last: node operations.mjs ENDPOINT STREAM
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-kinesis";

const [endpoint, StreamName] = process.argv.slice(2);
const client = new sdk.KinesisClient({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  maxAttempts: 1,
});
const send = (name, input) => client.send(new sdk[`${name}Command`](input));

// Each is asked about a stream that is not there, or about nothing.
const names = Object.keys(sdk).filter((name) => /^[A-Z]\w+Command$/.test(name)).map((name) => name.slice(0, -7)).sort();
const nowhere = "arn:aws:kinesis:us-east-1:000000000000:stream/nowhere";
const input = {
  StreamName: "nowhere", StreamARN: nowhere, ResourceARN: nowhere, ConsumerARN: `${nowhere}/consumer/c:1`,
};
const unknown = [];
for (const name of names) {
  if (name === "CreateStream" || name === "UpdateAccountSettings") continue; // these would do something
  try {
    await send(name, input);
  } catch (error) {
    if (error.name === "UnknownOperationException" || error.$metadata?.httpStatusCode !== 400) unknown.push(name);
  }
}
console.log(`${names.length} operations, unknown: [${unknown}]`);

await send("CreateStream", { StreamName, StreamModeDetails: { StreamMode: "ON_DEMAND" } });
const summary = async () => (await send("DescribeStreamSummary", { StreamName })).StreamDescriptionSummary;
const { StreamARN, RecordDistributionStrategy } = await summary();
console.log(`distributes by ${RecordDistributionStrategy}`);
await send("UpdateStreamRecordDistributionStrategy", { StreamARN, RecordDistributionStrategy: "AUTO" });
console.log(`distributes by ${(await summary()).RecordDistributionStrategy}`);
const Data = new TextEncoder().encode("no key");
const Records = Array.from({ length: 8 }, () => ({ Data }));
const put = await send("PutRecords", { StreamName, Records });
assert.equal(put.FailedRecordCount, 0);
console.log(`put ${put.Records.length} without keys`);
await send("DeleteStream", { StreamName });
console.log("deleted");
client.destroy();
