# A machine with systemd, on which the exporter was installed as deploy/systemd/README.md says.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends procps systemd systemd-sysv >/dev/null
WORKDIR /clone
COPY . .
RUN sh -eux install.sh
# A container's mounts are private, and credentials are mounts that systemd hands on.
CMD ["sh", "-c", "mount --make-rshared / && exec /lib/systemd/systemd"]
