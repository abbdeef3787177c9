# Prometheus and Alertmanager as Debian has them, laid out as in the images that their projects publish.
ARG BASE_IMAGE
FROM ${BASE_IMAGE} AS debian
RUN apt-get update -qq \
 && apt-get install -qq -y --no-install-recommends prometheus prometheus-alertmanager busybox >/dev/null \
 && ln -s /bin/busybox /usr/local/bin/wget \
 && ln -s /usr/bin/prometheus-alertmanager /usr/local/bin/alertmanager \
 && install -d -o nobody -g nogroup /prometheus /alertmanager

FROM debian AS prometheus
USER nobody
WORKDIR /prometheus
ENTRYPOINT ["prometheus"]

FROM debian AS alertmanager
USER nobody
WORKDIR /alertmanager
ENTRYPOINT ["alertmanager"]
