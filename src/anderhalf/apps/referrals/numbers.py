"""Numbers that people say to each other on the phone: V2025-000123."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from .models import NumberSeries


def next_number(network: str, *, at: datetime) -> str:
    """The next number of the network in the year of ``at``; two that ask together wait for each other."""
    year = timezone.localdate(at).year
    NumberSeries.objects.get_or_create(network_id=network, year=year)
    series = NumberSeries.objects.select_for_update(of=("self",)).get(network_id=network, year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return f"V{year}-{series.last:06d}"
