// Compiles kuery with Kibana's own code: one JSON object a line, {text, fields}, gives {dsl} or {error}.
const { fromKueryExpression, toElasticsearchQuery } = require('kbn-es-query').kbnEsQuery;
const lines = require('fs').readFileSync(0, 'utf8').split('\n').filter(Boolean);
const answer = ({ text, fields }) => {
  try {
    const dataView = fields ? { title: 'generated', fields } : undefined;
    return { dsl: toElasticsearchQuery(fromKueryExpression(text), dataView) };
  } catch (error) {
    return { error: String(error.message).split('\n')[0] };
  }
};
process.stdout.write(lines.map((line) => JSON.stringify(answer(JSON.parse(line)))).join('\n') + '\n');
