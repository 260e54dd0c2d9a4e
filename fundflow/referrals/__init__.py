"""The referrals room: providers, and people who are sent to them."""
