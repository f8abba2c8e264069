package io.braid.log;

/// What an append is for, which decides how far it may fill the disk.
public enum Purpose {
    /// Users' records: refused as soon as less is free than is to be kept free.
    RECORDS,
    /// What the server keeps on behalf of users, such as offsets of groups: goes on until only the room is left that
    /// [#RESCUE] needs.
    SERVICE,
    /// What may make room, such as the deletion of a stream: never refused for want of room.
    RESCUE
}
