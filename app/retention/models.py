"""The table that keeps two workers from sweeping at once."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class SweepLease(Base):
    """The right to sweep, of which there is one row. `leased_until`: a worker sweeps now; a worker that was
    killed loses the right then. `next_at`: before that moment there is nothing to do."""

    __tablename__ = "sweep_leases"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    leased_until: Mapped[datetime]
    next_at: Mapped[datetime]
