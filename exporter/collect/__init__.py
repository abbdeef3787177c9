"""From the list of managed clients to an immutable snapshot of a tenant."""
