"""What comes in: contracts, reading of files, landing, the registry of submissions, the gate."""
