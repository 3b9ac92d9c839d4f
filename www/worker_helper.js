// A helper of the training worker: it instantiates the module that the worker sends, so that it is compiled only once.
import init from './worker.js';

onmessage = ({ data }) => {
  onmessage = null;
  init({ module_or_path: data }).catch(reportError);
};
