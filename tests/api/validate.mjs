// validate.mjs FILE -- is the document valid OpenAPI 3.1, and does each of its schemas compile?
//
// Prints one line for each thing that is wrong; exit 0 where nothing is.
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv2020 from "ajv/dist/2020.js";
import formats from "ajv-formats";

const document = JSON.parse(readFileSync(process.argv[2], "utf8"));
const wrong = [];

const checked = await new Validator().validate(structuredClone(document));
if (!checked.valid)
	wrong.push(`not OpenAPI 3.1: ${JSON.stringify(checked.errors).slice(0, 2000)}`);

// A word that ajv does not know is a slip; x- words say what they are themselves.
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
formats(ajv);
const words = new Set();
JSON.stringify(document, (key, value) => (key.startsWith("x-") && words.add(key), value));
words.forEach((word) => ajv.addKeyword(word));

// The components become the definitions of one schema, which all others refer to.
const rooted = (schema) =>
	JSON.parse(JSON.stringify(schema), (key, value) =>
		key === "$ref" && typeof value === "string"
			? value.replace(/^#\/components\/schemas\//, "file:///document#/$defs/")
			: value);
ajv.addSchema({ $id: "file:///document", $defs: rooted(document.components.schemas) });

function compile(schema, where) {
	try {
		ajv.compile(rooted(schema));
	} catch (error) {
		wrong.push(`${where}: ${error.message}`);
	}
}

let count = 0;
for (const name of Object.keys(document.components.schemas)) {
	compile({ $ref: `#/components/schemas/${name}` }, `schema ${name}`);
	count++;
}
for (const [path, item] of Object.entries(document.paths))
	for (const [method, operation] of Object.entries(item))
		for (const part of [operation.requestBody, ...Object.values(operation.responses)])
			for (const media of Object.values(part?.content ?? {}))
				if (media.schema) {
					compile(media.schema, `${method} ${path}`);
					count++;
				}
for (const name of Object.keys(document.components.responses))
	compile(document.components.responses[name].content["application/problem+json"].schema, `response ${name}`);

wrong.forEach((line) => console.log(line));
console.log(`${count} schemas compiled, ${wrong.length} wrong`);
process.exit(wrong.length ? 1 : 0);
