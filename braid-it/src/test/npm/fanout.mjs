// Enhanced fan-out with the AWS SDK for JavaScript v3 as it is, over HTTP/2: node fanout.mjs ENDPOINT STREAM
import assert from "node:assert/strict";
import {
  CreateStreamCommand, DeleteStreamCommand, DeregisterStreamConsumerCommand, DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand, KinesisClient, ListStreamConsumersCommand, PutRecordCommand,
  RegisterStreamConsumerCommand, SubscribeToShardCommand,
} from "@aws-sdk/client-kinesis";

const [endpoint, StreamName] = process.argv.slice(2);
const settings = {
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  maxAttempts: 1,
};
const client = new KinesisClient(settings);
const subscribing = new KinesisClient(settings);
const put = (text) => client.send(
  new PutRecordCommand({ StreamName, PartitionKey: "k", Data: new TextEncoder().encode(text) }));

await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
const { StreamARN } = StreamDescriptionSummary;
const { Consumer } = await client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: "reader" }));
const { ConsumerARN } = Consumer;
const { ConsumerDescription } = await client.send(new DescribeStreamConsumerCommand({ ConsumerARN }));
console.log(`registered ${ConsumerDescription.ConsumerStatus}`);

await put("a");
const subscribed = await subscribing.send(new SubscribeToShardCommand(
  { ConsumerARN, ShardId: "shardId-000000000000", StartingPosition: { Type: "TRIM_HORIZON" } }));
const seen = [];
try {
  for await (const { SubscribeToShardEvent } of subscribed.EventStream) {
    assert.match(SubscribeToShardEvent.ContinuationSequenceNumber, /^\d{56}$/);
    for (const record of SubscribeToShardEvent.Records) {
      seen.push(new TextDecoder().decode(record.Data));
      if (record.PartitionKey === "k" && seen.length === 1) await put("b");
      if (seen.length === 2) await client.send(new DeregisterStreamConsumerCommand({ ConsumerARN }));
    }
  }
} catch (error) {
  console.log(`got ${seen} and ${error.name}`);
}

const { Consumers } = await client.send(new ListStreamConsumersCommand({ StreamARN }));
console.log(`${Consumers.length} consumers`);
await client.send(new DeleteStreamCommand({ StreamName }));
console.log("deleted");
client.destroy();
subscribing.destroy();
