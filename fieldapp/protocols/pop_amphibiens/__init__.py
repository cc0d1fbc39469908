"""POP Amphibiens (POPAmphibien Communauté) of the Société Herpétologique de France, protocol v2 of 2025."""
