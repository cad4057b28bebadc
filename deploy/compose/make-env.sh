#!/bin/sh
# Prints the settings of compose.yaml with fresh secrets:  sh deploy/compose/make-env.sh > .env
# Keep the file: without the master key nothing that is sealed in the database can be opened again.
set -eu
umask 077
url_safe() { openssl rand -base64 "$1" | tr '+/' '-_' | tr -d '=\n'; }
key=syn_$(openssl rand -hex 4)_$(url_safe 32)
cat <<END
POSTGRES_PASSWORD=$(openssl rand -hex 24)
SYNDATA_MASTER_KEY=$(openssl rand -hex 32)
SYNDATA_ADMIN_EMAIL=${1:-admin@example.com}
SYNDATA_ADMIN_PASSWORD=$(openssl rand -hex 12)
SYNDATA_ADMIN_API_KEY=$key
SYNDATA_METRICS_KEY=$key
# Where browsers and workers on other machines reach this one:
#SYNDATA_PUBLIC_URL=https://syndata.example.com
#SYNDATA_FLEET_ADDRESSES=syndata.example.com:7443
#SYNDATA_PARTS_URL=https://syndata.example.com:8130
END
