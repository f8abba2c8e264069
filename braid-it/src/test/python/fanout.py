# Enhanced fan-out with boto3, which speaks HTTP/1.1: python3 fanout.py ENDPOINT STREAM
# Ends with 77 if there is no boto3.
import sys

try:
    import boto3
except ImportError:
    sys.exit(77)

endpoint, stream = sys.argv[1:]
kinesis = boto3.client(
    "kinesis", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
kinesis.create_stream(StreamName=stream, ShardCount=1)
arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]


def register(name):
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=name, Tags={"team": "x"})["Consumer"]
    described = kinesis.describe_stream_consumer(ConsumerARN=consumer["ConsumerARN"])["ConsumerDescription"]
    return described


def subscribe(consumer, position):
    return kinesis.subscribe_to_shard(
        ConsumerARN=consumer["ConsumerARN"], ShardId="shardId-000000000000", StartingPosition=position)["EventStream"]


def read(events, count):
    records = []
    for event in events:
        event = event["SubscribeToShardEvent"]
        records += [record["Data"] for record in event["Records"]]
        if len(records) >= count:
            return records, event["ContinuationSequenceNumber"]


consumer = register("one")
print("registered", consumer["ConsumerStatus"])
for data in (b"a", b"b", b"c"):
    kinesis.put_record(StreamName=stream, PartitionKey="k", Data=data)
records, continuation = read(subscribe(consumer, {"Type": "TRIM_HORIZON"}), 3)
assert records == [b"a", b"b", b"c"], records
print("got 3 records")
kinesis.put_record(StreamName=stream, PartitionKey="k", Data=b"d")
records, _ = read(subscribe(register("two"), {"Type": "AT_SEQUENCE_NUMBER", "SequenceNumber": continuation}), 1)
assert records == [b"d"], records
print("went on with 1")
kinesis.delete_stream(StreamName=stream, EnforceConsumerDeletion=True)
print("deleted")
