"""The table that prevents two workers from sweeping at the same time."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class SweepLease(Base):
    """The lease for sweeping; the table has one row. A worker sweeps until `leased_until`; a killed
    worker's lease ends then. No sweep is due before `next_at`."""

    __tablename__ = "sweep_leases"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    leased_until: Mapped[datetime]
    next_at: Mapped[datetime]
