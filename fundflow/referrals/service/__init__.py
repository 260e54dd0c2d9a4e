"""What is done with providers and referrals."""
