/* Can this browser run Python? ES5 on purpose: the browsers that cannot must be able to read this.

   <script src=".../static/peerbook/support.js"></script>   in the apps: leaves for unsupported.html when something is missing
   data-then="tell"    in the pages: shows the notice #unsupported instead, for they can be read all the same
   data-then="list"    in unsupported.html: says in #missing what it is */
(function () {
  var script = document.currentScript || document.querySelector('script[src*="static/peerbook/support.js"]');
  var then = script && script.getAttribute('data-then');

  /* Workers made of modules (Firefox has them since 114) have no name of their own to look for: a browser that knows them
     reads `type`. The address leads nowhere, and no worker starts. */
  function hasModuleWorkers() {
    var read = false;
    var options = {
      get type() {
        read = true;
        return 'module';
      }
    };
    try {
      new Worker('blob://', options).terminate();
    } catch (refused) {
      /* It has read the options by now. */
    }
    return read;
  }

  /* What the classroom and Pyodide lean on, with the names a search engine understands. CompressionStream stands for
     Safari 16.4, from which WebAssembly is whole there. */
  var features = [
    ['WebAssembly', typeof WebAssembly === 'object' && typeof WebAssembly.instantiate === 'function'],
    ['JavaScript modules', 'noModule' in document.createElement('script')],
    ['BigInt', typeof BigInt === 'function'],
    ['Promise.allSettled', typeof Promise === 'function' && typeof Promise.allSettled === 'function'],
    ['structuredClone', typeof structuredClone === 'function'],
    ['CompressionStream', typeof CompressionStream === 'function'],
    ['module workers', typeof Worker === 'function' && hasModuleWorkers()]
  ];
  var missing = [];
  for (var i = 0; i < features.length; i++) {
    if (!features[i][1]) {
      missing.push(features[i][0]);
    }
  }

  if (then === 'list') {
    var finding = document.getElementById('missing');
    var words = finding.getAttribute(missing.length ? 'data-missing' : 'data-fine');
    finding.removeAttribute('hidden');
    finding.textContent = words.replace('{list}', missing.join(', '));
  } else if (missing.length && then === 'tell') {
    document.getElementById('unsupported').removeAttribute('hidden');
  } else if (missing.length) {
    location.replace(script.src.replace(/static\/peerbook\/support\.js.*$/, 'unsupported.html'));
  }
})();
