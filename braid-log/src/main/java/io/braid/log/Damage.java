package io.braid.log;

/// A run of bytes of a segment that should be batches and are not.
///
/// @param position where the first damaged batch begins
/// @param end      where the next faultless batch begins, or what was looked at ends
/// @param first    the offset of the first record in it
/// @param next     the offset after the last one
/// @param detail   what was expected and what was found
record Damage(int position, int end, long first, long next, String detail) {}
