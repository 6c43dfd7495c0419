"""Pages about referrals: filling in, lists, one referral with its steps."""
