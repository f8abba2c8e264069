package io.braid.aws.kinesis;

/// What is counted of a stream and of its consumers, by Amazon's names and in its units.
///
/// https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
enum Measure {
    INCOMING_BYTES("IncomingBytes", "Bytes"),
    INCOMING_RECORDS("IncomingRecords", "Count"),
    PUT_RECORD_BYTES("PutRecord.Bytes", "Bytes"),
    PUT_RECORD_LATENCY("PutRecord.Latency", "Milliseconds"),
    PUT_RECORD_SUCCESS("PutRecord.Success", "Count"),
    PUT_RECORDS_BYTES("PutRecords.Bytes", "Bytes"),
    PUT_RECORDS_LATENCY("PutRecords.Latency", "Milliseconds"),
    PUT_RECORDS_SUCCESS("PutRecords.Success", "Count"),
    PUT_RECORDS_RECORDS("PutRecords.Records", "Count"),
    PUT_RECORDS_TOTAL("PutRecords.TotalRecords", "Count"),
    PUT_RECORDS_SUCCESSFUL("PutRecords.SuccessfulRecords", "Count"),
    PUT_RECORDS_FAILED("PutRecords.FailedRecords", "Count"),
    PUT_RECORDS_THROTTLED("PutRecords.ThrottledRecords", "Count"),
    WRITE_EXCEEDED("WriteProvisionedThroughputExceeded", "Count"),
    GET_RECORDS_BYTES("GetRecords.Bytes", "Bytes"),
    GET_RECORDS_AGE("GetRecords.IteratorAgeMilliseconds", "Milliseconds"),
    GET_RECORDS_LATENCY("GetRecords.Latency", "Milliseconds"),
    GET_RECORDS_RECORDS("GetRecords.Records", "Count"),
    GET_RECORDS_SUCCESS("GetRecords.Success", "Count"),
    READ_EXCEEDED("ReadProvisionedThroughputExceeded", "Count"),
    // of a consumer with enhanced fan-out:
    SUBSCRIBE_SUCCESS("SubscribeToShard.Success", "Count"),
    SUBSCRIBE_EXCEEDED("SubscribeToShard.RateExceeded", "Count"),
    EVENT_BYTES("SubscribeToShardEvent.Bytes", "Bytes"),
    EVENT_BEHIND("SubscribeToShardEvent.MillisBehindLatest", "Milliseconds"),
    EVENT_RECORDS("SubscribeToShardEvent.Records", "Count"),
    EVENT_SUCCESS("SubscribeToShardEvent.Success", "Count"),
    // of a shard, and of it only; some of those above are of both:
    OUTGOING_BYTES("OutgoingBytes", "Bytes"),
    OUTGOING_RECORDS("OutgoingRecords", "Count"),
    ITERATOR_AGE("IteratorAgeMilliseconds", "Milliseconds");

    private final String metric;
    private final String unit;

    Measure(String metric, String unit) {
        this.metric = metric;
        this.unit = unit;
    }

    String metric() {
        return metric;
    }

    String unit() {
        return unit;
    }
}
