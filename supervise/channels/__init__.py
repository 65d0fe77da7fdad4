"""The ways by which messages reach people: a small port, and lines on a screen or in a file, mail, signed webhooks."""

from supervise.channels.port import Channel, Dispatch, Item, Undelivered

__all__ = ["Channel", "Dispatch", "Item", "Undelivered"]
