/* A page that a host serves at any address cannot know where its home is; this file can, by where it was found. The page
   asks for it in its own folder and in each one above. The first that answers mends the links. Old browsers run it too. */
(function () {
  var script = document.currentScript;
  if (!script || document.documentElement.hasAttribute('data-home')) {
    return;
  }
  var home = script.src.replace(/static\/peerbook\/home\.js.*$/, '');
  document.documentElement.setAttribute('data-home', home);
  var links = document.querySelectorAll('a[data-at]');
  for (var i = 0; i < links.length; i++) {
    links[i].href = home + links[i].getAttribute('data-at');
  }
})();
