"""FHIR R4: reading an uploaded record for the referral form.

``read_record`` (in :mod:`anderhalf.exchange.fhir.reading`) is the way in. The file it gets is written by
somebody else and may be broken or hostile, so each step refuses with a reason and a place in the file:

unpack (size, gzip, UTF-8) → JSON or XML → one tree of dicts → bundle and patient → facts, conditions,
medication.
"""
