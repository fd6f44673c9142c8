# The command line `ortto`, with the local Ortto, the workbench and the workers. compose.yaml uses it.
FROM node:22-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm pack --pack-destination /tmp
# The packages for streams and metrics are optional. Here they are installed, too.
RUN node -p "Object.entries(require('./package.json').peerDependencies).map((one) => one.join('@')).join(' ')" > /tmp/optional
RUN npm install --prefix /app --no-audit --no-fund /tmp/actions-ortto-*.tgz $(cat /tmp/optional)

FROM node:22-slim
ENV NODE_ENV=production
COPY --from=build /app /app
# The only folder that is written to. Mount a volume there to keep what it holds.
RUN mkdir /data && chown node:node /data
USER node
WORKDIR /data
EXPOSE 8020 8030
ENTRYPOINT ["node", "/app/node_modules/actions-ortto/dist/cli/ortto.js"]
CMD ["sandbox", "--host", "0.0.0.0"]
