// node-rdkafka, and so a newer librdkafka than kcat's, against Braid: node node-rdkafka.mjs HOST:PORT PREFIX
import assert from "node:assert/strict";
import { promisify } from "node:util";
import rdkafka from "node-rdkafka";

const [broker, prefix] = process.argv.slice(2);
const common = { "client.id": prefix, "metadata.broker.list": broker };
const topic = `${prefix}-topic`;
const TIMEOUT = 30_000;

/** A method with a callback as one that gives a promise. */
const ask = (object, method, ...args) => promisify(object[method].bind(object))(...args);

const admin = rdkafka.AdminClient.create(common);
await ask(admin, "createTopic", { topic, num_partitions: 3, replication_factor: 1 });
console.log("created");

async function producer(settings) {
  const made = new rdkafka.Producer({ ...common, dr_cb: true, ...settings });
  await ask(made, "connect", { timeout: TIMEOUT });
  made.setPollInterval(20);
  return made;
}

/** Sends messages and waits until each is acknowledged. */
async function send(made, values, codec) {
  let left = values.length;
  const all = new Promise((resolve, reject) => {
    made.on("delivery-report", (error) => {
      if (error) reject(error);
      else if (--left === 0) resolve();
    });
  });
  values.forEach((value, i) => made.produce(topic, null, Buffer.from(value), `key-${i % 7}`, Date.now(), null, [{ codec }]));
  await all;
  made.removeAllListeners("delivery-report");
}

for (const codec of ["none", "gzip", "snappy", "lz4"]) {
  const made = await producer({ "enable.idempotence": true, "compression.codec": codec });
  await send(made, Array.from({ length: 100 }, (_, i) => `${codec} ${i}`), codec);
  await ask(made, "disconnect");
  console.log(`produced ${codec}`);
}

/** Consumes in a group until `count` messages have come, commits and leaves it. */
async function consume(group, count, settings = {}) {
  const made = new rdkafka.KafkaConsumer(
    { ...common, "group.id": group, "enable.auto.commit": false, ...settings }, { "auto.offset.reset": "earliest" });
  await ask(made, "connect", { timeout: TIMEOUT });
  made.subscribe([topic]);
  made.setDefaultConsumeTimeout(500);
  const messages = [];
  const deadline = Date.now() + 40_000;
  while (messages.length < count) {
    if (Date.now() > deadline) throw new Error(`${messages.length} of ${count} messages`);
    messages.push(...(await ask(made, "consume", count - messages.length)));
  }
  made.commitSync();
  await ask(made, "disconnect");
  return messages;
}

const messages = await consume(`${prefix}-classic`, 400);
const last = new Map();
for (const message of messages) {
  const [codec, number] = message.value.toString().split(" ");
  assert.equal(message.headers[0].codec.toString(), codec);
  const rank = ["none", "gzip", "snappy", "lz4"].indexOf(codec) * 100 + Number(number);
  assert.ok(rank > (last.get(message.key.toString()) ?? -1), "out of order");
  last.set(message.key.toString(), rank);
}
console.log(`consumed ${messages.length} records in order per key`);

assert.equal((await consume(`${prefix}-consumer`, 400, { "group.protocol": "consumer" })).length, 400);
console.log("consumed 400 records by the newer group protocol");

const transactions = await producer({ "transactional.id": `${prefix}-id` });
await ask(transactions, "initTransactions", TIMEOUT);
for (const end of ["abortTransaction", "commitTransaction", "abortTransaction"]) {
  await ask(transactions, "beginTransaction");
  await send(transactions, [end], "none");
  await ask(transactions, end, TIMEOUT);
}
await ask(transactions, "disconnect");
const late = await consume(`${prefix}-classic`, 1, { "isolation.level": "read_committed" });
assert.equal(late[0].value.toString(), "commitTransaction");
console.log("went on after the commit, with what was committed");

await ask(admin, "deleteTopic", topic);
admin.disconnect();
console.log("deleted");
process.exit(0);
