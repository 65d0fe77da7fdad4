"""What left the record and can still be asked: exports with their checker, closed years, the shelves they stand on."""
