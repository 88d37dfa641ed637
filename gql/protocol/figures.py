"""Figures of the API's edge, shown at /metrics."""

from prometheus_client import Gauge

LIVE_SUBSCRIPTIONS = Gauge("rollbook_live_subscriptions", "Subscriptions that are open in this process.")
