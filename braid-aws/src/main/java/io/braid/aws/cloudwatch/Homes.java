package io.braid.aws.cloudwatch;

/// Whose metrics a caller sees: an account's in a region, and those that the account has in every region, as they are
/// of
/// streams that no region's caller has created.
public record Homes(String own, String everyRegion) {}
