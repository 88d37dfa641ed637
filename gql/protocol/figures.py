"""Metrics of the API's edge, which /metrics shows."""

from prometheus_client import Gauge

LIVE_SUBSCRIPTIONS = Gauge("rollbook_live_subscriptions", "The number of subscriptions that are open in this process.")
