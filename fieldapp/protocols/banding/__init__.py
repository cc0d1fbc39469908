"""Bird banding for the CRBPO: sessions at the nets, ring stock, the life of each bird, STOC, CRBPO and EURING files."""
