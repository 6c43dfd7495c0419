"""The whole referral decision on one sheet, laid out from the tables themselves."""
