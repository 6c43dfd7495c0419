"""The world outside, mapped to the service: FHIR records in and letters out."""
