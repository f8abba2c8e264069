// kafkajs against Braid: node kafkajs.mjs HOST:PORT PREFIX
import assert from "node:assert/strict";
import kafkajs from "kafkajs";

const { CompressionTypes, Kafka, logLevel } = kafkajs;
const [broker, prefix] = process.argv.slice(2);
const kafka = new Kafka({ clientId: prefix, brokers: [broker], logLevel: logLevel.NOTHING });
const topic = `${prefix}-topic`;
const group = `${prefix}-group`;

const admin = kafka.admin();
await admin.connect();
assert.equal(await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] }), true);
const metadata = await admin.fetchTopicMetadata({ topics: [topic] });
console.log(`created with ${metadata.topics[0].partitions.length} partitions`);

const producer = kafka.producer();
await producer.connect();
for (const [name, compression] of [["none", CompressionTypes.None], ["gzip", CompressionTypes.GZIP]]) {
  const messages = Array.from({ length: 100 }, (_, i) =>
    ({ key: `key-${i % 7}`, value: `${name} ${i}`, headers: { codec: name } }));
  const answers = await producer.send({ topic, messages, compression, acks: -1 });
  assert.ok(answers.every((answer) => answer.errorCode === 0));
  console.log(`produced ${name}`);
}

/** Consumes in the group until `count` messages have come, and leaves it. */
async function consume(count) {
  const consumer = kafka.consumer({ groupId: group });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const messages = [];
  await new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`${messages.length} of ${count} messages`)), 40_000);
    consumer.on(consumer.events.CRASH, (event) => reject(event.payload.error));
    consumer.run({
      eachMessage: async ({ message }) => {
        messages.push(message);
        if (messages.length === count) { clearTimeout(limit); resolve(); }
      },
    }).catch(reject);
  });
  await consumer.disconnect();
  return messages;
}

const messages = await consume(200);
const last = new Map();
for (const message of messages) {
  const [codec, number] = message.value.toString().split(" ");
  assert.equal(message.headers.codec.toString(), codec);
  const rank = (codec === "gzip" ? 100 : 0) + Number(number);
  assert.ok(rank > (last.get(message.key.toString()) ?? -1), "out of order");
  last.set(message.key.toString(), rank);
}
console.log(`consumed ${messages.length} records in order per key`);

const offsets = await admin.fetchOffsets({ groupId: group, topics: [topic] });
console.log(`committed ${offsets[0].partitions.reduce((sum, p) => sum + Number(p.offset), 0)}`);

await producer.send({ topic, messages: [{ key: "key-1", value: "late" }] });
const late = await consume(1);
assert.equal(late[0].value.toString(), "late");
console.log("went on after the commit");

await producer.disconnect();
await admin.deleteGroups([group]);
await admin.deleteTopics({ topics: [topic] });
assert.ok(!(await admin.listTopics()).includes(topic));
await admin.disconnect();
console.log("deleted");
