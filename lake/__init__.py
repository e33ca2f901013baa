"""The platform: what tables exist, where bytes live, what computes. Start reading at lake/contracts."""
