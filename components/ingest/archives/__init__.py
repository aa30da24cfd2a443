"""Archives: zip, tar and rar, unpacked within limits."""
