"""What a spike does: resets as physical operations on charge, flux and covariance."""
