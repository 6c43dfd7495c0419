"""The demonstration: an invented network with invented people whose events are made by the service's own actions."""
