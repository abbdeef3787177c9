# Two stages: one with the tools that build, one with what runs. Both start from the same image, because the virtual
# environment in /app belongs to its Python. `make image` fills in the arguments; deploy/README.md tells how to publish.
ARG BASE_IMAGE=python:3.13-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /build
COPY requirements.txt requirements-build.txt ./
RUN python -m venv tools \
 && python -m venv --without-pip /app \
 && tools/bin/pip install -q --no-cache-dir --require-hashes --only-binary :all: -r requirements-build.txt \
 && tools/bin/pip --python /app install -q --no-cache-dir --no-compile --require-hashes --only-binary :all: -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY exporter exporter
RUN tools/bin/pip wheel -q --no-index --no-deps --no-build-isolation --wheel-dir wheels . \
 && tools/bin/pip --python /app install -q --no-compile --no-index --no-deps wheels/*.whl
# Without byte code a start takes four times as long, and a read-only root can never write it. It is not checked
# against the time of the source, because image builders rewrite times.
RUN python -m compileall -q --invalidation-mode unchecked-hash /app/lib

FROM ${BASE_IMAGE}
# The base brings pip, which nothing here needs, and no byte code for the standard library.
RUN rm -rf /usr/local/lib/python3*/site-packages/pip* /usr/local/bin/pip* \
 && python -m compileall -q -x '/tests?/' /usr/local/lib/python3*
COPY --from=build /app /app
ARG BASE_IMAGE
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
ENV PATH=/app/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    EXPORTER_REVISION=${REVISION}
LABEL org.opencontainers.image.title="sailpoint-exporter" \
      org.opencontainers.image.description="Prometheus exporter for SailPoint Identity Security Cloud managed clients" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/sailpoint-exporter/sailpoint-exporter" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="${BASE_IMAGE}"
USER 65532:65532
EXPOSE 9853
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 CMD ["sailpoint-exporter", "healthcheck"]
ENTRYPOINT ["sailpoint-exporter"]
