require('node:http').createServer((request, response) => {
  const answers = { '/cart': { articles: ['tea', 'milk'] }, '/delivery': { price: 4.9 } };
  const answer = answers[request.url];
  response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer || {}));
}).listen(8089, '127.0.0.1');
