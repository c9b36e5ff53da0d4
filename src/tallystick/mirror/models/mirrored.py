"""What every mirrored record has: whose it is, what Xero said when, and the very bytes of it."""

import zlib

from django.db import models

from tallystick.connections.models import Organisation


class Mirrored(models.Model):
    """A record of Xero's as it was last read; written by `mirror.upserts` alone.

    What is archived, merged, voided or deleted in Xero stays, as that state.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    xero_id = models.UUIDField()
    #: When Xero says that it was modified; None where it does not say.
    updated_at = models.DateTimeField(null=True)
    #: When it was read, by Xero's clock.
    read_at = models.DateTimeField()
    #: When we noticed what it says now, by ours.
    noticed_at = models.DateTimeField()
    #: SHA-256 of the bytes, by which a change is known that moves no date.
    digest = models.BinaryField(max_length=32)
    #: All of it, zlib-compressed: for what has no column.
    raw = models.BinaryField()

    class Meta:
        abstract = True

    def json(self) -> bytes:
        """Return the record as Xero wrote it."""
        return zlib.decompress(self.raw)
