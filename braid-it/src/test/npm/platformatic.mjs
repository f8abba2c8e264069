// @platformatic/kafka against Braid: node platformatic.mjs HOST:PORT PREFIX
import assert from "node:assert/strict";
import { Admin, Consumer, MessagesStreamFallbackModes, MessagesStreamModes, ProduceAcks, Producer, stringDeserializers,
  stringSerializers } from "@platformatic/kafka";

const [broker, prefix] = process.argv.slice(2);
const base = { clientId: prefix, bootstrapBrokers: [broker] };
const topic = `${prefix}-topic`;
const group = `${prefix}-group`;

const admin = new Admin(base);
const [created] = await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 });
assert.ok((await admin.listTopics()).includes(topic));
console.log(`created with ${created.partitions} partitions`);

const producer = new Producer({ ...base, serializers: stringSerializers, idempotent: true, acks: ProduceAcks.ALL });
for (const compression of ["none", "gzip"]) {
  const messages = Array.from({ length: 100 }, (_, i) =>
    ({ topic, key: `key-${i % 7}`, value: `${compression} ${i}`, headers: { codec: compression } }));
  await producer.send({ messages, compression });
  console.log(`produced ${compression}`);
}

/** Consumes in the group until `count` messages have come, commits them, and leaves it. */
async function consume(count) {
  const consumer = new Consumer({ ...base, groupId: group, deserializers: stringDeserializers, autocommit: false,
    maxWaitTime: 500 });
  const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.COMMITTED,
    fallbackMode: MessagesStreamFallbackModes.EARLIEST, sessionTimeout: 10_000, heartbeatInterval: 500 });
  const messages = [];
  const limit = setTimeout(() => {
    console.error(`${messages.length} of ${count} messages`);
    process.exit(1);
  }, 40_000);
  for await (const message of stream) {
    messages.push(message);
    await message.commit();
    if (messages.length === count) break;
  }
  clearTimeout(limit);
  await consumer.close(true);
  return messages;
}

const messages = await consume(200);
const last = new Map();
for (const message of messages) {
  const [codec, number] = message.value.split(" ");
  assert.equal(message.headers.get("codec"), codec);
  const rank = (codec === "gzip" ? 100 : 0) + Number(number);
  assert.ok(rank > (last.get(message.key) ?? -1), "out of order");
  last.set(message.key, rank);
}
console.log(`consumed ${messages.length} records in order per key`);

const [offsets] = await admin.listConsumerGroupOffsets({ groups: [group] });
const committed = offsets.topics.flatMap(each => each.partitions).reduce((sum, each) => sum + Number(each.committedOffset), 0);
console.log(`committed ${committed}`);

await producer.send({ messages: [{ topic, key: "key-1", value: "late" }] });
const [late] = await consume(1);
assert.equal(late.value, "late");
console.log("went on after the commit");

await producer.close();
await admin.deleteGroups({ groups: [group] });
await admin.deleteTopics({ topics: [topic] });
assert.ok(!(await admin.listTopics()).includes(topic));
await admin.close();
console.log("deleted");
