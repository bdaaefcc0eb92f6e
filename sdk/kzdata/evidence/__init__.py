"""The profile: claims, receipts, passages and articles, by what the schemas declare."""
